// A state timeline. Grafana publishes no component of it, so this one is drawn here: with Grafana's value mappings and
// legend, equal values merged, and a value's text where it fits, as its panel does.
import { getFieldDisplayName, dateTimeFormat } from '@grafana/data';
import { VizLegend } from '@grafana/ui';
import { marksOf } from './marks.jsx';

const LEGEND = 34;
const AXIS = 24;
const LETTER = 7.2;

function runs(field, times, story) {
  const known = field.values.map((value) => value !== null);
  const [first, last] = [known.indexOf(true), known.lastIndexOf(true)];
  const found = [];
  for (let i = first; i >= 0 && i <= last; i++) {
    const before = found.at(-1);
    const until = Math.min(story.to, times[i] + story.step);
    if (before && before.value === field.values[i]) {
      before.until = until;
    } else {
      found.push({ value: field.values[i], from: times[i], until });
    }
  }
  return found.map((run) => ({ ...run, ...field.display(run.value) }));
}

export function StateTimeline({ panel, story, frames, theme, width, height }) {
  const rows = frames.map((frame) => ({
    name: getFieldDisplayName(frame.fields[1], frame, frames),
    runs: runs(frame.fields[1], frame.fields[0].values, story),
  }));
  const labels = Math.max(...rows.map(({ name }) => name.length)) * LETTER + 16;
  const bottom = height - LEGEND - AXIS;
  const rowHeight = bottom / rows.length;
  const across = width - labels - 24;
  const at = (time) => labels + ((time - story.from) / (story.to - story.from)) * across;
  const day = 86_400_000;
  const ticks = Array.from({ length: 10 }, (_, i) => (Math.ceil(story.from / day) + 3 * i) * day);
  const shown = new Map(rows.flatMap(({ runs }) => runs.map(({ text, color }) => [text, color])));
  const opacity = panel.fieldConfig.defaults.custom.fillOpacity / 100;
  const showsText = panel.options.showValue !== 'never';
  return (
    <>
      <svg width={width} height={height - LEGEND} style={{ fontSize: 12, display: 'block' }} fill={theme.colors.text.primary}>
        {rows.map(({ name, runs }, index) => (
          <g key={name} transform={`translate(0 ${index * rowHeight})`}>
            <text x={labels - 16} y={rowHeight / 2 + 4} textAnchor="end">
              {name}
            </text>
            {runs.map(({ from, until, color, text }) => (
              <g key={from}>
                <rect
                  x={at(from)}
                  width={at(until) - at(from)}
                  y={(rowHeight * (1 - panel.options.rowHeight)) / 2}
                  height={rowHeight * panel.options.rowHeight}
                  fill={color}
                  fillOpacity={opacity}
                />
                {showsText && at(until) - at(from) > text.length * LETTER + 8 && (
                  <text x={at(from) + 4} y={rowHeight / 2 + 4} fill={theme.colors.getContrastText(color)}>
                    {text}
                  </text>
                )}
              </g>
            ))}
          </g>
        ))}
        {marksOf(story, theme).map(({ time, colour }, index) => (
          <line key={index} x1={at(time)} x2={at(time)} y1={0} y2={bottom} stroke={colour} strokeWidth={2} strokeDasharray="5 5" />
        ))}
        {ticks.map((time) => (
          <text key={time} x={at(time)} y={height - LEGEND - 8} textAnchor="middle" fill={theme.colors.text.secondary}>
            {dateTimeFormat(time, { format: 'MM/DD', timeZone: 'utc' })}
          </text>
        ))}
      </svg>
      {panel.options.legend.showLegend && (
        <VizLegend items={[...shown].map(([label, color]) => ({ label, color, yAxis: 1 }))} displayMode="list" placement="bottom" readonly />
      )}
    </>
  );
}
