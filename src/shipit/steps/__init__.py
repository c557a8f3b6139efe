"""The steps that plans consist of, one module for each kind; `registry` has all of them by kind."""
