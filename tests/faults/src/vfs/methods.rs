//! The table of C functions that SQLite calls: the only unsafe code of the repository.
//!
//! Every function asks the file's [`Disk`] first and then calls the function of the system's VFS that it
//! stands for. The system's file lies in the same piece of memory, right behind ours.
#![allow(unsafe_code, reason = "SQLite calls a VFS through C function pointers")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::PathBuf;
use std::ptr;
use std::sync::{Arc, OnceLock};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};

use super::disk::{Call, Disk, FileId, Verdict};

/// What SQLite sees as a file. It sets `szOsFile` bytes aside for it: ours, then the system's.
#[repr(C)]
struct FaultFile {
    base: sqlite3_file,
    /// A `Box<Handle>`, or null if nobody watches this file.
    handle: *mut Handle,
}

struct Handle {
    disk: Arc<Disk>,
    name: String,
    file: FileId,
}

/// The wrapped VFS. SQLite never takes one away that it was built with.
struct Real(*mut sqlite3_vfs);

// SAFETY: the pointer is to a static of SQLite's, which it shares between threads itself.
unsafe impl Send for Real {}
// SAFETY: as above.
unsafe impl Sync for Real {}

static REAL: OnceLock<Real> = OnceLock::new();

/// Registers the wrapper as the default VFS, once.
pub(super) fn install() {
    REAL.get_or_init(|| {
        // SAFETY: both calls are allowed at any time. The struct is leaked, since SQLite keeps the pointer.
        // The copied functions of the system's VFS do not use the `sqlite3_vfs` that they are given.
        unsafe {
            let real = ffi::sqlite3_vfs_find(ptr::null());
            let wrapper = sqlite3_vfs {
                szOsFile: size_of::<FaultFile>() as c_int + (*real).szOsFile,
                pNext: ptr::null_mut(),
                zName: c"faults".as_ptr(),
                xOpen: Some(open),
                xDelete: Some(delete),
                ..*real
            };
            ffi::sqlite3_vfs_register(Box::leak(Box::new(wrapper)), 1);
            Real(real)
        }
    });
}

fn real_vfs() -> *mut sqlite3_vfs {
    REAL.get().map_or(ptr::null_mut(), |real| real.0)
}

/// With shared memory, for a write-ahead log.
static WITH_SHARED_MEMORY: sqlite3_io_methods = sqlite3_io_methods {
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    ..WITHOUT
};

/// For a file that the system's VFS opened without locks (`immutable=1`).
static WITHOUT_SHARED_MEMORY: sqlite3_io_methods = WITHOUT;

const WITHOUT: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 3,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: Some(fetch),
    xUnfetch: Some(unfetch),
};

/// The system's file behind ours.
///
/// # Safety
/// `file` is one that `open` was given.
unsafe fn real_file(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: `szOsFile` made room for it there.
    unsafe { file.cast::<FaultFile>().add(1).cast() }
}

/// Who watches the file.
///
/// # Safety
/// `file` is one that `open` was given and that is not closed; the answer is not kept beyond the call.
unsafe fn handle<'a>(file: *mut sqlite3_file) -> Option<&'a Handle> {
    // SAFETY: `open` put a valid pointer or null there, and `close` alone frees it.
    unsafe { (*file.cast::<FaultFile>()).handle.as_ref() }
}

/// Calls the function of the system's VFS. One that it does not have, it cannot do.
macro_rules! real {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        // SAFETY: the system's file is open as long as ours is, and gets the arguments that SQLite gave us.
        unsafe {
            let real = real_file($file);
            match (*(*real).pMethods).$method {
                Some(method) => method(real $(, $argument)*),
                None => ffi::SQLITE_IOERR,
            }
        }
    }};
}

/// Asks the disk, if there is one, and gives its error to SQLite.
macro_rules! ask {
    ($file:expr, |$handle:ident| $question:expr) => {
        // SAFETY: SQLite calls with a file that it opened and did not close.
        if let Some($handle) = unsafe { handle($file) }
            && let Err(code) = $question
        {
            return code;
        }
    };
}

unsafe extern "C" fn open(
    _vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let ours = file.cast::<FaultFile>();
    // SAFETY: SQLite gives memory of `szOsFile` bytes; without methods it takes the file as not open.
    unsafe {
        (*ours).base.pMethods = ptr::null();
        (*ours).handle = ptr::null_mut();
    }
    // SAFETY: a name, if there is one, is a C string that lives as long as the file.
    let watched = (!name.is_null())
        .then(|| unsafe { watched(name) })
        .flatten();
    if let Some((disk, path)) = &watched
        && let Err(code) = disk.opening(path)
    {
        return code;
    }
    // SAFETY: the system's VFS gets its own struct, and the part of the memory that is its own.
    let code = unsafe {
        let real = real_file(file);
        (*real).pMethods = ptr::null();
        match (*real_vfs()).xOpen {
            Some(open) => open(real_vfs(), name, real, flags, out_flags),
            None => ffi::SQLITE_CANTOPEN,
        }
    };
    if code != ffi::SQLITE_OK {
        return code;
    }
    // SAFETY: the system's file is open now, so its methods are there.
    let has_shared_memory = unsafe { (*(*real_file(file)).pMethods).xShmMap.is_some() };
    let handle = watched.map_or(ptr::null_mut(), |(disk, path)| {
        let (file, name) = disk.opened(&path);
        Box::into_raw(Box::new(Handle { disk, name, file }))
    });
    // SAFETY: as above.
    unsafe {
        (*ours).handle = handle;
        (*ours).base.pMethods = if has_shared_memory {
            &raw const WITH_SHARED_MEMORY
        } else {
            &raw const WITHOUT_SHARED_MEMORY
        };
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(
    _vfs: *mut sqlite3_vfs,
    name: *const c_char,
    sync_directory: c_int,
) -> c_int {
    // SAFETY: SQLite gives the name as a C string.
    if let Some((disk, path)) = unsafe { watched(name) }
        && let Err(code) = disk.deleting(&path, sync_directory != 0)
    {
        return code;
    }
    // SAFETY: the system's VFS gets its own struct.
    unsafe {
        match (*real_vfs()).xDelete {
            Some(delete) => delete(real_vfs(), name, sync_directory),
            None => ffi::SQLITE_IOERR_DELETE,
        }
    }
}

/// The disk of the file with this path, and the path.
///
/// # Safety
/// `name` is a C string.
unsafe fn watched(name: *const c_char) -> Option<(Arc<Disk>, PathBuf)> {
    // SAFETY: as promised by the caller.
    let path = PathBuf::from(unsafe { CStr::from_ptr(name) }.to_str().ok()?);
    Some((super::disk_of(&path)?, path))
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let code = real!(file, xClose);
    let ours = file.cast::<FaultFile>();
    // SAFETY: `open` made the box, and SQLite calls nothing on this file from here on.
    unsafe {
        if !(*ours).handle.is_null() {
            drop(Box::from_raw((*ours).handle));
            (*ours).handle = ptr::null_mut();
        }
        (*ours).base.pMethods = ptr::null();
    }
    code
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    buffer: *mut c_void,
    length: c_int,
    offset: sqlite3_int64,
) -> c_int {
    ask!(file, |handle| handle.disk.looking(Call::Read, &handle.name));
    real!(file, xRead, buffer, length, offset)
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    buffer: *const c_void,
    length: c_int,
    offset: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite calls with a file that it opened and did not close.
    if let Some(handle) = unsafe { handle(file) } {
        // SAFETY: SQLite gives `length` bytes, and no negative offset.
        let data = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), length as usize) };
        match handle
            .disk
            .writing(&handle.name, handle.file, offset as u64, data)
        {
            Verdict::Pass => {}
            Verdict::Half(code) => {
                // Whether this half arrives does not matter: the answer is the trouble that was asked for.
                let _: c_int = real!(file, xWrite, buffer, length / 2, offset);
                return code;
            }
        }
    }
    real!(file, xWrite, buffer, length, offset)
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    ask!(file, |handle| handle.disk.truncating(
        &handle.name,
        handle.file,
        size as u64
    ));
    real!(file, xTruncate, size)
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: SQLite calls with a file that it opened and did not close.
    match unsafe { handle(file) }.map(|handle| handle.disk.syncing(&handle.name, handle.file)) {
        Some(Err(code)) => code,
        Some(Ok(false)) => ffi::SQLITE_OK,
        Some(Ok(true)) | None => real!(file, xSync, flags),
    }
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut sqlite3_int64) -> c_int {
    ask!(file, |handle| handle.disk.looking(Call::Size, &handle.name));
    real!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    real!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    real!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, answer: *mut c_int) -> c_int {
    real!(file, xCheckReservedLock, answer)
}

unsafe extern "C" fn file_control(
    file: *mut sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    real!(file, xFileControl, operation, argument)
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    real!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    real!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    page: c_int,
    page_size: c_int,
    may_grow: c_int,
    address: *mut *mut c_void,
) -> c_int {
    if may_grow != 0 {
        ask!(file, |handle| handle.disk.looking(Call::Grow, &handle.name));
    }
    real!(file, xShmMap, page, page_size, may_grow, address)
}

unsafe extern "C" fn shm_lock(
    file: *mut sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    real!(file, xShmLock, offset, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    // SAFETY: the system's file is open as long as ours is.
    unsafe {
        let real = real_file(file);
        if let Some(barrier) = (*(*real).pMethods).xShmBarrier {
            barrier(real);
        }
    }
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, is_deleted: c_int) -> c_int {
    real!(file, xShmUnmap, is_deleted)
}

unsafe extern "C" fn fetch(
    file: *mut sqlite3_file,
    offset: sqlite3_int64,
    length: c_int,
    address: *mut *mut c_void,
) -> c_int {
    real!(file, xFetch, offset, length, address)
}

unsafe extern "C" fn unfetch(
    file: *mut sqlite3_file,
    offset: sqlite3_int64,
    address: *mut c_void,
) -> c_int {
    real!(file, xUnfetch, offset, address)
}
