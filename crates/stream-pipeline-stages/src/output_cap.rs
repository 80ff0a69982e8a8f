//! How much may be unpacked: against input that is small and makes no end of output.
//!
//! Invariant: what was counted without an error is within both caps.

use stream_pipeline::Error;

use crate::invalid_option::InvalidOption;

/// Until so much has come out, its ratio to what came in says nothing, and it does no harm.
const RATIO_FROM_BYTES: u64 = 1024 * 1024;

#[derive(Debug)]
pub(crate) struct OutputCap {
    stage: &'static str,
    max_bytes: u64,
    max_ratio: u64,
    made: u64,
}

/// What is beyond a cap.
#[derive(Debug)]
pub(crate) struct Excess {
    /// The last so many bytes.
    pub(crate) bytes: u64,
    pub(crate) error: Error,
}

impl OutputCap {
    pub(crate) fn new(stage: &'static str, max_bytes: u64, max_ratio: u64) -> Result<Self, InvalidOption> {
        if max_ratio == 0 {
            let text = "with 0 nothing could come out; choose 1 or more".to_owned();
            return Err(InvalidOption::new(stage, "max_ratio", text));
        }
        Ok(Self { stage, max_bytes, max_ratio, made: 0 })
    }

    /// `made` more bytes have come out, of `taken` bytes in all.
    pub(crate) fn count(&mut self, taken: u64, made: u64) -> Result<(), Excess> {
        self.made += made;
        let by_ratio = taken.saturating_mul(self.max_ratio).max(RATIO_FROM_BYTES);
        let most = self.max_bytes.min(by_ratio);
        if self.made <= most { Ok(()) } else { Err(self.excess(most, taken)) }
    }

    #[cold]
    fn excess(&self, most: u64, taken: u64) -> Excess {
        let Self { stage, max_bytes, max_ratio, made } = self;
        let cap = if most == *max_bytes {
            format!("max_output_bytes ({max_bytes})")
        } else {
            format!("max_ratio ({max_ratio} bytes for each that came in)")
        };
        let error = Error::msg(format_args!(
            "{stage}: more comes out than {cap} lets, at byte {taken} of the input; raise it if the input can be trusted"
        ));
        Excess { bytes: made - most, error }
    }
}
