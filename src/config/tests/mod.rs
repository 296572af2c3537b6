//! Configurations read as a whole: what is declared, and every diagnostic with its place.
