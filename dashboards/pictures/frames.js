// Answers of Prometheus -> data frames, as its data source makes them; then Grafana's own transformations and field options.
import {
  FieldConfigOptionsRegistry,
  FieldType,
  applyFieldOverrides,
  cacheFieldDisplayNames,
  standardTransformers,
  standardTransformersRegistry,
  toDataFrame,
  transformDataFrame,
} from '@grafana/data';
import { lastValueFrom } from 'rxjs';

const legend = (text, metric) =>
  text === '__auto' ? Object.values(metric).join(' ') || 'value' : text.replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? '');

const number = (text) => (text === 'NaN' ? NaN : Number(text));

// Instant queries give one value a series, range queries one a step; where a step has no sample the value is null.
function series({ refId, result, legendFormat }, { from, to, step }) {
  return result.map(({ metric, value, values }) => {
    const samples = new Map((values ?? [value]).map(([time, text]) => [Math.round(time * 1000), number(text)]));
    const times = values ? Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step) : [...samples.keys()];
    return toDataFrame({
      refId,
      fields: [
        { name: 'Time', type: FieldType.time, values: times },
        {
          name: 'Value',
          type: FieldType.number,
          values: times.map((time) => samples.get(time) ?? null),
          labels: metric,
          config: { displayNameFromDS: legend(legendFormat, metric) },
        },
      ],
    });
  });
}

function rows({ refId, result }, isAlone) {
  const labels = [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return toDataFrame({
    refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: result.map(({ value }) => value[0] * 1000) },
      ...labels.map((label) => ({ name: label, type: FieldType.string, values: result.map(({ metric }) => metric[label] ?? '') })),
      { name: isAlone ? 'Value' : `Value #${refId}`, type: FieldType.number, values: result.map(({ value }) => number(value[1])) },
    ],
  });
}

// Those that the boards use; the whole list names two of them twice.
const { mergeTransformer, organizeFieldsTransformer } = standardTransformers;
standardTransformersRegistry.setInit(() =>
  [mergeTransformer, organizeFieldsTransformer].map((one) => ({ id: one.id, name: one.name, transformation: async () => one }))
);

// Options of a field, by their path; Grafana's editors would list the same.
const STANDARD = ['unit', 'decimals', 'min', 'max', 'mappings', 'noValue', 'thresholds', 'color', 'links'];
const OF_THE_LOOK = [
  ...['axisPlacement', 'axisLabel', 'drawStyle', 'lineInterpolation', 'lineWidth', 'lineStyle', 'fillOpacity', 'fillBelowTo'],
  ...['gradientMode', 'spanNulls', 'showPoints', 'pointSize', 'stacking', 'scaleDistribution', 'hideFrom', 'thresholdsStyle'],
  ...['axisSoftMin', 'axisSoftMax', 'align', 'cellOptions', 'filterable', 'barAlignment', 'minWidth', 'width'],
];
const option = (path, isCustom) => ({ id: isCustom ? `custom.${path}` : path, path, name: path, isCustom, process: (value) => value, shouldApply: () => true });
const registry = new FieldConfigOptionsRegistry(() => [...STANDARD.map((path) => option(path, false)), ...OF_THE_LOOK.map((path) => option(path, true))]);

export async function framesOf(panel, story, theme) {
  const answers = story.answers[panel.id];
  const isTable = panel.targets.every((target) => target.format === 'table');
  const raw = isTable ? answers.map((answer) => rows(answer, answers.length === 1)) : answers.flatMap((answer) => series(answer, story));
  const transformed = await lastValueFrom(transformDataFrame(panel.transformations, raw));
  const frames = applyFieldOverrides({
    data: transformed,
    fieldConfig: panel.fieldConfig,
    fieldConfigRegistry: registry,
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
  // Names were kept from before the transformations.
  frames.flatMap((frame) => frame.fields).forEach((field) => (field.state = { ...field.state, displayName: undefined }));
  cacheFieldDisplayNames(frames);
  return frames;
}
