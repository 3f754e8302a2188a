// One board as Grafana's own components draw it. What they lack (grid, head of the page, state timeline) is drawn here.
import '@fontsource/inter/latin-400.css';
import '@fontsource/inter/latin-500.css';
import '@grafana/react-data-grid/lib/styles.css';
import 'uplot/dist/uPlot.min.css';
import { createRoot } from 'react-dom/client';
import { ThemeContext, createTheme, renderMarkdown } from '@grafana/data';
import { GlobalStyles, PanelChrome, PortalContainer } from '@grafana/ui';
import { PanelBody } from './panels.jsx';

const CELL = 30;
const GAP = 8;
const WIDTH = 1640;
const theme = createTheme({ colors: { mode: 'dark' } });
const story = window.STORY;

function Text({ content }) {
  return <div className="markdown-html" style={{ fontSize: 14 }} dangerouslySetInnerHTML={{ __html: renderMarkdown(content) }} />;
}

function Placed({ panel }) {
  const column = (WIDTH - 2 * GAP) / 24;
  const { x, y, w, h } = panel.gridPos;
  const width = w * column - GAP;
  const height = h * (CELL + GAP) - GAP;
  const place = { position: 'absolute', left: GAP + x * column, top: y * (CELL + GAP), width, height };
  return (
    <div style={place}>
      <PanelChrome title={panel.title} description={panel.type === 'text' ? undefined : panel.description} width={width} height={height}>
        {(innerWidth, innerHeight) =>
          panel.type === 'text' ? (
            <Text content={panel.options.content} />
          ) : (
            <PanelBody panel={panel} story={story} theme={theme} width={innerWidth} height={innerHeight} />
          )
        }
      </PanelChrome>
    </div>
  );
}

function Head() {
  const pill = { border: `1px solid ${theme.colors.border.medium}`, borderRadius: 2, padding: '4px 8px', marginRight: 8, fontSize: 13 };
  return (
    <div style={{ padding: GAP * 2, display: 'flex', alignItems: 'center', color: theme.colors.text.primary }}>
      <span style={{ fontSize: 18, marginRight: 24 }}>{story.board.title}</span>
      {Object.entries(story.chosen).map(([name, value]) => (
        <span key={name} style={pill}>
          <span style={{ color: theme.colors.text.secondary }}>{name}</span> {value}
        </span>
      ))}
      <span style={{ ...pill, marginLeft: 'auto', marginRight: 0 }}>{story.span}</span>
    </div>
  );
}

function Board() {
  const bottom = Math.max(...story.board.panels.map((panel) => panel.gridPos.y + panel.gridPos.h));
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <div id="board" style={{ width: WIDTH, background: theme.colors.background.canvas }}>
        <Head />
        <div style={{ position: 'relative', height: bottom * (CELL + GAP) }}>
          {story.board.panels.map((panel) => (
            <Placed key={panel.id} panel={panel} />
          ))}
        </div>
      </div>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

createRoot(document.getElementById('root')).render(<Board />);
