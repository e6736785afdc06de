"""The embedded voice engine: nothing but Python packages."""
