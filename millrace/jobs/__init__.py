"""The life of a job: submit, claim, run, settle, cancel, sweep."""
