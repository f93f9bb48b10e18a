//! Access lists of files on Windows. OpenSSH for Windows refuses a private key that others may read.

#![expect(unsafe_code, reason = "the standard library knows no access lists; this calls the system")]

use std::fs::File;
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::io::{FromRawHandle as _, OwnedHandle, RawHandle};
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW, ConvertSidToStringSidW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW, SDDL_REVISION_1, SE_FILE_OBJECT,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetTokenInformation, OBJECT_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION,
    PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// Returns a file's owner and access list, in the Security Descriptor String Format: `O:S-1-5-21-…D:PAI(A;;FA;;;SY)…`.
///
/// # Errors
/// A system call fails.
pub fn of_file(path: &Path) -> io::Result<String> {
    let name = wide(path.as_os_str().encode_wide());
    let mut descriptor: PSECURITY_DESCRIPTOR = null_mut();
    // SAFETY: the name ends with a zero; of the possible outputs, only the descriptor is requested, and its place is given.
    let error = unsafe {
        GetNamedSecurityInfoW(
            name.as_ptr(),
            SE_FILE_OBJECT,
            WHAT,
            null_mut(),
            null_mut(),
            null_mut(),
            null_mut(),
            &raw mut descriptor,
        )
    };
    if error != 0 {
        return Err(io::Error::from_raw_os_error(error.cast_signed()));
    }
    Descriptor(descriptor).text()
}

/// Returns the user of this process, by the name that [`of_file`] has for an account: a security identifier or two letters.
///
/// # Errors
/// A system call fails.
pub fn own_account() -> io::Result<String> {
    let text = Descriptor::of("O:".encode_utf16().chain(own_sid()?))?.text()?;
    Ok(text.trim_start_matches("O:").to_owned())
}

/// Creates a file that must not exist yet, and opens it for writing. From the start its access list has one entry, for the
/// user of this process, and inherits none from the folder.
///
/// # Errors
/// It exists, or a system call fails.
pub fn create_owner_only(path: &Path) -> io::Result<File> {
    // Protected from inheritance (`P`), with one entry that allows (`A`) this user all (`FA`).
    let descriptor = Descriptor::of("D:P(A;;FA;;;".encode_utf16().chain(own_sid()?).chain([u16::from(b')')]))?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or(u32::MAX),
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    let name = wide(path.as_os_str().encode_wide());
    // SAFETY: the name ends with a zero, the attributes and the descriptor in them live until the call returns, and the
    // returned handle has no other owner.
    unsafe {
        let handle = CreateFileW(
            name.as_ptr(),
            GENERIC_WRITE,
            FILE_SHARE_DELETE | FILE_SHARE_READ | FILE_SHARE_WRITE,
            &raw const attributes,
            CREATE_NEW,
            FILE_ATTRIBUTE_NORMAL,
            null_mut(),
        );
        if handle == INVALID_HANDLE_VALUE {
            return Err(io::Error::last_os_error());
        }
        Ok(File::from_raw_handle(handle as RawHandle))
    }
}

/// A security descriptor allocated by the system, freed when dropped.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: it was allocated by the call that made it, whose documentation requires `LocalFree`.
        unsafe { LocalFree(self.0) };
    }
}

impl Descriptor {
    /// Parses the Security Descriptor String Format.
    fn of(text: impl Iterator<Item = u16>) -> io::Result<Self> {
        let text = wide(text);
        let mut descriptor: PSECURITY_DESCRIPTOR = null_mut();
        // SAFETY: the text ends with a zero, and the place for the descriptor is ours.
        let made = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                null_mut(),
            )
        };
        if made == 0 { Err(io::Error::last_os_error()) } else { Ok(Self(descriptor)) }
    }

    /// Returns the owner and the access list in the same format.
    fn text(&self) -> io::Result<String> {
        let mut text: *mut u16 = null_mut();
        // SAFETY: the descriptor lives; the text is allocated by the call, ends with a zero, and is freed once copied.
        unsafe {
            let made = ConvertSecurityDescriptorToStringSecurityDescriptorW(
                self.0,
                SDDL_REVISION_1,
                WHAT,
                &raw mut text,
                null_mut(),
            );
            if made == 0 || text.is_null() {
                return Err(io::Error::last_os_error());
            }
            Ok(String::from_utf16_lossy(&taken(text)))
        }
    }
}

/// The parts of a security descriptor that are requested.
const WHAT: OBJECT_SECURITY_INFORMATION = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;

/// Encodes a text for the system, with a zero at its end.
fn wide(text: impl Iterator<Item = u16>) -> Vec<u16> {
    text.chain([0]).collect()
}

/// Copies a text that the system has allocated, and frees it.
///
/// # Safety
/// It ends with a zero, and `LocalFree` frees it, which only this code does.
unsafe fn taken(text: *mut u16) -> Vec<u16> {
    // SAFETY: as above.
    unsafe {
        let length = (0..).take_while(|at| *text.add(*at) != 0).count();
        let copy = std::slice::from_raw_parts(text, length).to_vec();
        LocalFree(text.cast());
        copy
    }
}

/// Returns the security identifier of the user of this process, as text (`S-1-5-21-…`) without a final zero.
fn own_sid() -> io::Result<Vec<u16>> {
    let mut token: HANDLE = null_mut();
    // SAFETY: the pseudo-handle of this process is always valid; the place for the token is ours, and so is the token.
    let _token = unsafe {
        if OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) == 0 {
            return Err(io::Error::last_os_error());
        }
        OwnedHandle::from_raw_handle(token as RawHandle)
    };
    // 64-bit words align the structure at their start; more than a SID can need (68 bytes).
    let mut buffer = [0_u64; 32];
    let mut needed = 0;
    let length = u32::try_from(size_of_val(&buffer)).unwrap_or(0);
    let mut text: *mut u16 = null_mut();
    // SAFETY: the buffer has the stated length and is aligned for TOKEN_USER, whose pointer leads into the buffer, which
    // outlives it; the text is allocated by the call, ends with a zero, and is freed once it is copied.
    unsafe {
        if GetTokenInformation(token, TokenUser, buffer.as_mut_ptr().cast(), length, &raw mut needed) == 0 {
            return Err(io::Error::last_os_error());
        }
        let user = buffer.as_ptr().cast::<TOKEN_USER>();
        if ConvertSidToStringSidW((*user).User.Sid, &raw mut text) == 0 || text.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(taken(text))
    }
}
