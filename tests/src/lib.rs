//! End to end: the service as its clients see it, the console in its window.
