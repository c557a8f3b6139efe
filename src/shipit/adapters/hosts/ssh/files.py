"""The scripts that read and write files on a host over SSH."""

from __future__ import annotations

from shipit.core import limits

# The length is last: a text with null bytes does not arrive complete, see `shipit.adapters.hosts.ssh.shell`.
READ = (
    'export LC_ALL=C; if [ -e "$1" ] && [ ! -d "$1" ]; then '
    '[ -f "$1" ] || { echo "it is not a regular file"; exit 1; }; '
    f'length=$(wc -c < "$1") || exit; [ "$length" -le {limits.HOST_OUTPUT:d} ] || '
    f'{{ echo "it is larger than {limits.HOST_OUTPUT.written}"; exit 1; }}; fi; '
    'cat "$1" && echo && wc -c < "$1"'
)
READ_ALL = 'exec cat "$1"'
NO_SUCH_FILE = ("No such file or directory", "Not a directory")

# $1 is the path, $2 the length in bytes, $3 the mode; PUT prints the text. The text goes into a new file in the
# directory of $1; when the new file is complete, it replaces $1. The trap for EXIT is not run if a signal ends the
# shell, as SIGPIPE does if the output of the shell is closed: so signals call `exit`. After SIGKILL nothing is run: so
# the next write removes the new files of processes that ended.
_WRITE = (
    'export LC_ALL=C; umask 022; mkdir -p "$(dirname "$1")" || exit; umask 077; '
    'all=$(dirname "$1")/.$(basename "$1").shipit; new=$all-$$; '
    'for old in "$all"-[0-9]*; do [ ! -e "$old" ] || [ -d "/proc/${old##*-}" ] || rm -f "$old"; done; '
    "trap 'exit 1' HUP INT PIPE TERM; trap 'rm -f \"$new\"' EXIT; "  # in ' ', so that the path is not run as code
    'PUT > "$new" || exit; '
    'length=$(wc -c < "$new"); [ "$length" -eq "$2" ] || { echo "only $length of $2 bytes arrived"; exit 1; }; '
    'chmod "$3" "$new" && { sync "$new" 2>/dev/null || sync; } && mv -fT "$new" "$1"'
)
# $4 is the time limit. The input of a killed client is shorter.
WRITE_INPUT = _WRITE.replace("PUT", 'timeout "$4" cat')
# $4 is the text, see `escaped`. A private text does not go this way: `printf` can be a program, whose arguments all
# users of the host see.
WRITE_ARGUMENT = _WRITE.replace("PUT", 'printf %b "$4"')
# Ends with status 0 if the directory $1 can be written, or created.
WRITABLE = 'path=$1; while [ ! -e "$path" ]; do path=$(dirname "$path"); done; [ -w "$path" ] && [ -x "$path" ]'


def is_argument(data: bytes, mode: int) -> bool:
    """Return whether a file is sent as an argument, which takes only one exchange: a short one that all may read."""
    return bool(mode & 0o077) and len(data) <= limits.SSH_ARGUMENT


def escaped(data: bytes) -> str:
    r"""Return `data` as one line for the format `%b` of `printf`.

    >>> print(escaped("a\\b 가".encode() + b"\n%"))
    a\0134b \0352\0260\0200\0012%
    """
    return "".join(chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\0{byte:03o}" for byte in data)
