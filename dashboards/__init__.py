"""The Grafana boards that ship with fairdrift: `fleet`, `model`, `subgroup`, `health`.

Beside the way of an event: they read what step 9 exports, through Prometheus. `_lib` is the one place that knows
grafanalib, `promql` writes queries from the catalogue of series, `looks` says how a verdict looks, `write` makes
`json/*.json`, which `fairdrift export dashboards` ships. Pure, but for `write`.
"""
