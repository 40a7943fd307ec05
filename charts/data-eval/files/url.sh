# Takes the address of a server apart; sourced by the other scripts.

refuse() {
    printf '%s\n' "$1" >&2
    exit 1
}

# %41 becomes A, and nothing else changes.
decode() {
    local text=${1//\\/\\\\}
    printf '%b' "${text//%/\\x}"
}

# Sets user, password and path from the scheme://user:password@host:port/path?options of a file.
read_url() {
    local url rest credentials address
    url=$(<"$1")
    [[ $url == *://*:*@* ]] || refuse "$1 holds no scheme://user:password@host address"
    rest=${url#*://}
    credentials=${rest%@*}
    address=${rest##*@}
    address=${address%%\?*}
    path=
    [[ $address != */* ]] || path=$(decode "${address#*/}")
    user=$(decode "${credentials%%:*}")
    password=$(decode "${credentials#*:}")
    [[ -n $password ]] || refuse "the address in $1 has no password"
}
