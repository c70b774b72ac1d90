//! Namespaces, registrars and quotas, identities, serials, transport keys, revocations.
