/* Test support: prints a file's access list in the Security Descriptor String Format. */
#include <stdio.h>
#include <windows.h>
#include <sddl.h>

int wmain(int count, wchar_t **arguments)
{
    static BYTE descriptor[4096];
    DWORD needed;
    wchar_t *text;
    if (count != 2 ||
        !GetFileSecurityW(arguments[1], DACL_SECURITY_INFORMATION, descriptor, sizeof descriptor, &needed) ||
        !ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL)) {
        fprintf(stderr, "error %lu\n", GetLastError());
        return 1;
    }
    wprintf(L"%ls\n", text);
    return 0;
}
