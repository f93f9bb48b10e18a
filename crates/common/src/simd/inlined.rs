//! Work that the compiler inlines into a function with the vector instructions of x86-64 processors.

use pulp::NullaryFnOnce;

use super::Vectorized;

/// The instructions and the work.
pub(super) struct Inlined<I, W>(pub(super) I, pub(super) W);

impl<I, W: Vectorized<I>> NullaryFnOnce for Inlined<I, W> {
    type Output = W::Output;

    #[inline(always)]
    fn call(self) -> W::Output {
        self.1.run(self.0)
    }
}
