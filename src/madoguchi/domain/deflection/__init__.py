"""Moving a consumer elsewhere instead of letting him wait at a closed door."""
