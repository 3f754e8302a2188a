// The types that Grafana publishes for a board, with enums loosened to the values that JSON holds.
import type { AnnotationQuery, Dashboard, DataQuery, FieldConfigSource, Panel } from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { FieldConfig as TimelineField, Options as TimelineOptions } from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type { FieldConfig as TableField, Options as TableOptions } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type { Options as TextOptions } from '@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen';
import type { FieldConfig as LinesField, Options as LinesOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

type Loose<T> = unknown extends T
  ? T
  : T extends string
    ? `${T}`
    : T extends number
      ? number
      : T extends boolean | null | undefined
        ? T
        : { [K in keyof T]: Loose<T[K]> };

// The data source's own part of a query and of an annotation is in no published package.
interface PrometheusQuery extends DataQuery {
  expr: string;
  legendFormat?: string;
  format?: 'time_series' | 'table';
  instant?: boolean;
  range?: boolean;
  interval?: string;
  editorMode?: 'code' | 'builder';
}
interface Annotation extends Omit<AnnotationQuery, 'target'> {
  target?: PrometheusQuery;
  titleFormat?: string;
  textFormat?: string;
}

// What a panel need not say it takes from its defaults.
interface Of<Type extends string, Options, Field> extends Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  type: Type;
  options: Partial<Options>;
  fieldConfig: { defaults: Omit<FieldConfigSource['defaults'], 'custom'> & { custom: Partial<Field> }; overrides: FieldConfigSource['overrides'] };
  targets: PrometheusQuery[];
}
interface Text extends Omit<Panel, 'type' | 'options'> {
  type: 'text';
  options: TextOptions;
}
type AnyPanel =
  | Text
  | Of<'stat', StatOptions, object>
  | Of<'table', TableOptions, TableField>
  | Of<'timeseries', LinesOptions, LinesField>
  | Of<'state-timeline', TimelineOptions, TimelineField>;

interface Typed extends Omit<Dashboard, 'panels' | 'annotations'> {
  panels: AnyPanel[];
  annotations: { list: Annotation[] };
}
export type Board = Loose<Typed>;
