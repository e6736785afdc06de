"""The HTTP interface of Twilio, which others have as well."""
