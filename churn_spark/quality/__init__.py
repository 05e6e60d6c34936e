"""What each table must keep before its readers see a batch: Great Expectations suites, and the gate that holds it."""
