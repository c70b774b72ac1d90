//! Proxies that put mutual TLS by name around other programs.

#![deny(missing_docs)]
#![forbid(unsafe_code)]
