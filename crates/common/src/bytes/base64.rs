//! Base64 (RFC 4648 section 4) with the fastest engine that this processor has.

use base64::Engine as _;
use base64::engine::general_purpose::GeneralPurposeConfig;

#[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
type Fastest = base64::engine::Simd;
#[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
type Fastest = base64::engine::GeneralPurpose;

static FASTEST: std::sync::LazyLock<Fastest> = std::sync::LazyLock::new(|| {
    #[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
    return Fastest::standard(GeneralPurposeConfig::new());
    #[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
    Fastest::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new())
});

/// What is not base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotBase64;

/// Decodes a text with its padding into `to`, in place of what was there. What `to` has room for is used again.
///
/// # Errors
/// It is not base64; what `to` holds then is of no use.
pub fn decode_into(text: &[u8], to: &mut Vec<u8>) -> Result<(), NotBase64> {
    let room = text.len().div_ceil(4) * 3;
    to.resize(room, 0);
    let length = FASTEST.decode_slice(text, to).map_err(|_| NotBase64)?;
    to.truncate(length);
    Ok(())
}
