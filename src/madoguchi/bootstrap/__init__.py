"""The only place that knows everything: settings, building, roles."""
