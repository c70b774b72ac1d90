//! Mutual TLS 1.3 by name.

#![deny(missing_docs)]
#![forbid(unsafe_code)]
