//! Tests of the chunker and the practice partner.
