"""JSON lines -> bronze events; what breaks the event contract goes to quarantine."""
