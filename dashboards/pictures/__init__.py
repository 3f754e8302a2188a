"""Pictures of the boards: `make pictures` draws them with Grafana's own components. Beside the way of an event."""
