// The inside of each kind of panel.
import { useEffect, useState } from 'react';
import { dateTime, getDisplayValueAlignmentFactors, getFieldDisplayValues } from '@grafana/data';
import { BigValue, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { framesOf } from './frames.js';
import { drawMarks, marksOf } from './marks.jsx';
import { StateTimeline } from './timeline.jsx';

const BODIES = { stat: Stat, timeseries: Lines, table: Rows, 'state-timeline': StateTimeline };

export function PanelBody(props) {
  const [frames, setFrames] = useState(null);
  useEffect(() => {
    framesOf(props.panel, props.story, props.theme).then(setFrames);
  }, [props.panel]);
  const Body = BODIES[props.panel.type];
  return frames && <Body {...props} frames={frames} />;
}

function Stat({ panel, frames, theme, width, height }) {
  const values = getFieldDisplayValues({
    data: frames,
    fieldConfig: panel.fieldConfig,
    reduceOptions: panel.options.reduceOptions,
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
  const draw = ({ value, alignmentFactors, width, height, count }) => (
    <BigValue
      value={value.display}
      count={count}
      alignmentFactors={alignmentFactors}
      parentOrientation={panel.options.orientation}
      width={width}
      height={height}
      theme={theme}
      colorMode={panel.options.colorMode}
      graphMode={panel.options.graphMode}
      justifyMode={panel.options.justifyMode}
      textMode={panel.options.textMode}
      disableWideLayout={!panel.options.wideLayout}
    />
  );
  return (
    <VizRepeater
      getValues={() => values}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={draw}
      source={frames}
      width={width}
      height={height}
      orientation={panel.options.orientation}
      renderCounter={0}
      itemSpacing={4}
      autoGrid
    />
  );
}

function Lines({ panel, story, frames, theme, width, height }) {
  if (!frames.length) {
    return <Nothing text="No data" />;
  }
  const timeRange = { from: dateTime(story.from), to: dateTime(story.to), raw: { from: dateTime(story.from), to: dateTime(story.to) } };
  return (
    <TimeSeries frames={frames} width={width} height={height} timeRange={timeRange} timeZone="utc" legend={panel.options.legend}>
      {(config) => {
        config.addHook('draw', drawMarks(marksOf(story, theme)));
        return null;
      }}
    </TimeSeries>
  );
}

function Rows({ panel, frames, width, height }) {
  if (!frames.length || !frames[0].length) {
    return <Nothing text={panel.fieldConfig.defaults.noValue} />;
  }
  return (
    <TableNG
      data={frames[0]}
      width={width}
      height={height}
      sortBy={panel.options.sortBy}
      cellHeight={panel.options.cellHeight}
      fieldConfig={panel.fieldConfig}
      noValue={panel.fieldConfig.defaults.noValue}
      enableVirtualization={false}
    />
  );
}

export function Nothing({ text }) {
  return <div style={{ padding: 16, opacity: 0.7 }}>{text}</div>;
}
