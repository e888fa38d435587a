"""attack_wire.py - what somebody may send below FHIR: framing, hosts, headers, cookies, tokens."""

from attack_requests import (ACCESS, API, AS_JSON, BEARER, BROWSER, CONNECTION, COOKIE, EDGE, FHIR, FORM, JSON, MINE_ONLY, NOBODY, PARSER, PURPOSE, SESSIONS,
                             SOURCE, TARGET, THEIRS, UPSTREAM, WRITES, Attack, fhir, sent)
from hostile_upstream import HIDDEN, MINE, OTHER, SECRET

A = Attack
READ_MINE = f"GET /fhir/Observation/o-{MINE}"
OPEN = "POST /api/v1/charts/~/open"

# --- one request hidden in another -----------------------------------------------------------------

HIDDEN_REQUEST = f"GET /fhir/{THEIRS} HTTP/1.1\r\nHost: halligan\r\n{BEARER}\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"


def framed(*headers, body=None):
    """A search of people whose body holds a second request, as long as somebody reads it that way."""
    return sent("POST /api/v1/patients/search", AS_JSON, *headers, body="0\r\n\r\n" + HIDDEN_REQUEST if body is None else body, length=False, end=None)


FRAMES = [A(f"frame-{name}", what, PARSER, framed(*headers), **more) for name, what, headers, more in [
    ("cl-te", "Sends a length and chunks.", ["Content-Length: 5", CHUNKED], {}),
    ("te-cl", "Sends chunks and a length.", [CHUNKED, "Content-Length: 5"], {}),
    ("te-te", "Sends chunks twice.", [CHUNKED, CHUNKED], {}),
    ("te-identity", "Sends chunks and then none.", [CHUNKED, "Transfer-Encoding: identity"], {}),
    ("te-list", "Sends a list of codings.", ["Transfer-Encoding: gzip, chunked"], {}),
    ("te-list-first", "Sends chunks first in a list.", ["Transfer-Encoding: chunked, identity"], {}),
    ("te-disguised", "Sends a coding that looks like chunks.", ["Transfer-Encoding: xchunked"], {}),
    ("te-quoted", "Quotes the coding.", ['Transfer-Encoding: "chunked"'], {}),
    ("te-parameter", "Hangs a parameter on the coding.", ["Transfer-Encoding: chunked;x=y"], {}),
    ("te-tab", "Begins the coding with a vertical tab.", ["Transfer-Encoding:\x0bchunked"], {}),
    ("te-empty", "Sends an empty coding.", ["Transfer-Encoding: "], {}),
    ("te-space", "Puts a space before the colon of the coding.", ["Transfer-Encoding : chunked"], {}),
    ("cl-space", "Puts a space before the colon of the length.", ["Content-Length : 5"], {}),
    ("cl-cl", "Sends two lengths.", ["Content-Length: 5", "Content-Length: 200"], {}),
    ("cl-same", "Sends one length twice.", ["Content-Length: 5", "Content-Length: 5"], {}),
    ("cl-list", "Sends a list of lengths.", ["Content-Length: 5, 5"], {}),
    ("cl-sign", "Writes a sign before the length.", ["Content-Length: +5"], {}),
    ("cl-negative", "Sends a length below nothing.", ["Content-Length: -5"], {}),
    ("cl-hexadecimal", "Writes the length in hexadecimal.", ["Content-Length: 0x5"], {}),
    ("cl-space-inside", "Writes a space into the length.", ["Content-Length: 5 5"], {}),
    ("cl-overflow", "Sends a length beyond all numbers.", ["Content-Length: 18446744073709551621"], {}),
    ("cl-empty", "Sends an empty length.", ["Content-Length: "], {}),
    ("fold", "Folds a header.", ["X: y", " Transfer-Encoding: chunked"], {}),
    ("fold-tab", "Folds a header with a tab.", ["Content-Length: 5", "\tX: y"], {}),
    ("bare-lf", "Ends a header with a bare line feed.", ["X: y\nTransfer-Encoding: chunked"], {}),
    ("bare-cr", "Writes a bare carriage return.", ["X: y\rTransfer-Encoding: chunked"], {}),
    ("nul", "Writes NUL into a header.", ["X: y\0z"], {}),
    ("name-empty", "Sends a header without a name.", [": x"], {}),
    ("name-space", "Writes a space into a header's name.", ["Transfer Encoding: chunked"], {}),
    ("no-colon", "Sends a header without a colon.", ["Transfer-Encoding"], {}),
]]

CHUNKS = [A(f"chunk-{name}", what, PARSER, framed(CHUNKED, body=body.encode("latin-1")), **more) for name, what, body, more in [
    ("extension", "Says something beside a chunk's size.", "2;x=y\r\n{}\r\n0\r\n\r\n", {}),
    ("huge", "Sends a size beyond all numbers.", "f" * 20 + "\r\n{}\r\n0\r\n\r\n", {"status": (400, 413)}),
    ("large", "Sends a size of four gigabytes.", "ffffffff\r\n{}", {"status": (413,)}),
    ("negative", "Sends a size below nothing.", "-2\r\n{}\r\n0\r\n\r\n", {}),
    ("hexadecimal", "Marks a size as hexadecimal.", "0x2\r\n{}\r\n0\r\n\r\n", {}),
    ("underscore", "Writes an underscore into a size.", "0_2\r\n{}\r\n0\r\n\r\n", {}),
    ("space", "Begins a size with a space.", " 2\r\n{}\r\n0\r\n\r\n", {}),
    ("bare-lf", "Ends a size with a bare line feed.", "2\n{}\r\n0\r\n\r\n", {}),
    ("wrong-end", "Ends a chunk elsewhere than it said.", "2\r\n{}xx\r\n0\r\n\r\n", {}),
    ("trailer", "Sends a session behind the last chunk.", "2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n", {}),
    ("nonsense", "Sends a size that is no number.", "zz\r\n{}\r\n0\r\n\r\n" + "x" * 40, {}),
    ("endless-size", "Sends a size without end.", "0" * 5000, {}),
]]

LINES = [A(f"line-{name}", what, PARSER, raw if isinstance(raw, bytes) else raw.encode("latin-1"), **more) for name, what, raw, more in [
    ("http-0.9", "Speaks HTTP/0.9.", f"GET /fhir/{THEIRS}\r\n\r\n", {}),
    ("http-1.0-more", "Speaks HTTP/1.0 and sends two requests.",
     f"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /fhir/{THEIRS} HTTP/1.0\r\n{BEARER}\r\n\r\n", {"status": (200,)}),
    ("http-1.0-chunks", "Speaks HTTP/1.0 and sends chunks.", f"POST /api/v1/patients/search HTTP/1.0\r\n{BEARER}\r\n{CHUNKED}\r\n\r\n0\r\n\r\n", {}),
    ("http-2", "Says HTTP/2.0.", f"GET /fhir/{THEIRS} HTTP/2.0\r\nHost: h\r\n\r\n", {"status": (505,)}),
    ("http-1.2", "Says HTTP/1.2.", f"GET /fhir/{THEIRS} HTTP/1.2\r\nHost: h\r\n\r\n", {"status": (400, 505)}),
    ("http-small", "Writes the version in small letters.", f"GET /fhir/{THEIRS} http/1.1\r\nHost: h\r\n\r\n", {}),
    ("preface", "Sends the preface of HTTP/2.", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {"status": (400, 505)}),
    ("tls", "Begins TLS inside TLS.", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {}),
    ("two-spaces", "Parts the request line by two spaces.", f"GET  /fhir/{THEIRS} HTTP/1.1\r\nHost: h\r\n\r\n", {}),
    ("tabs", "Parts the request line by tabs.", f"GET\t/fhir/{THEIRS}\tHTTP/1.1\r\nHost: h\r\n\r\n", {}),
    ("space-first", "Begins with a space.", f" GET /fhir/{THEIRS} HTTP/1.1\r\nHost: h\r\n\r\n", {}),
    ("bare-lf", "Ends the request line with a bare line feed.", f"GET /fhir/{THEIRS} HTTP/1.1\nHost: h\r\n\r\n", {}),
    ("bare-cr", "Writes a carriage return into the target.", f"GET /fhir/{THEIRS}\rX HTTP/1.1\r\nHost: h\r\n\r\n", {}),
    ("nul", "Writes NUL into the target.", f"GET /fhir/{THEIRS}\0 HTTP/1.1\r\nHost: h\r\n\r\n", {}),
    ("raw-octets", "Writes octets above ASCII into the target.", f"GET /fhir/{THEIRS}\xff HTTP/1.1\r\nHost: h\r\n\r\n", {}),
    ("empty-lines", "Begins with two empty lines.", f"\r\n\r\nGET /fhir/{THEIRS} HTTP/1.1\r\nHost: h\r\n\r\n", {}),
    ("absolute", "Names the whole address.", f"GET https://halligan/fhir/{THEIRS} HTTP/1.1\r\nHost: halligan\r\n\r\n", {}),
    ("absolute-elsewhere", "Asks for another server.", "GET http://evil.example/fhir/x HTTP/1.1\r\nHost: halligan\r\n\r\n", {"absent": (b"evil.example",)}),
    ("absolute-userinfo", "Names the whole address with a user.", f"GET https://a.osei@halligan/fhir/{THEIRS} HTTP/1.1\r\nHost: halligan\r\n\r\n", {}),
    ("authority", "Names a server alone.", "GET halligan:443 HTTP/1.1\r\nHost: halligan\r\n\r\n", {}),
    ("asterisk", "Names everything.", "GET * HTTP/1.1\r\nHost: halligan\r\n\r\n", {}),
    ("scheme-relative", "Names a server behind two slashes.", "GET //evil.example/fhir/x HTTP/1.1\r\nHost: halligan\r\nConnection: close\r\n\r\n", {"absent": (b"evil.example",)}),
    ("many-headers", "Sends a hundred headers and more.", sent(READ_MINE, *(f"X-{n}: y" for n in range(120))), {"status": (431,)}),
    ("long-header", "Sends a header of forty thousand letters.", sent(READ_MINE, "X: " + "y" * 40_000), {"status": (431,)}),
]]

# --- whose server it is ----------------------------------------------------------------------------


def to_host(*lines):
    return "\r\n".join([f"{READ_MINE} HTTP/1.1", *lines, BEARER, "Connection: close"]).encode() + b"\r\n\r\n"


EVIL = {"absent": (b"evil.example",)}
HOSTS = [A(f"host-{name}", what, PARSER, to_host(*lines), **more) for name, what, lines, more in [
    ("two", "Names two hosts.", ["Host: halligan", "Host: evil.example"], EVIL),
    ("none", "Names no host.", [], {}),
    ("empty", "Names an empty host.", ["Host: "], {}),
    ("user", "Names a user with the host.", ["Host: a.osei@evil.example"], EVIL),
    ("path", "Names a path with the host.", ["Host: halligan/fhir"], {}),
    ("space", "Writes a space into the host.", ["Host: halligan evil.example"], EVIL),
    ("query", "Names a query with the host.", ["Host: halligan?x"], {}),
    ("percent", "Writes percent signs into the host.", ["Host: halligan%00"], {}),
    ("list", "Names a list of hosts.", ["Host: halligan, evil.example"], EVIL),
    ("elsewhere", "Names another host: nothing of it comes back.", ["Host: evil.example"], {**MINE_ONLY, **EVIL}),
    ("dot", "Ends the host with a dot.", ["Host: evil.example."], {**MINE_ONLY, **EVIL}),
    ("port", "Names another port.", ["Host: evil.example:99999"], {**MINE_ONLY, **EVIL}),
]]
HOSTS += [A(f"forwarded-{name.lower()}", f"Names another host, path or person in {name}.", EDGE, sent(READ_MINE, f"{name}: {value}"), **{**MINE_ONLY, **EVIL})
          for name, value in (("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example"), ("X-Original-URL", f"/fhir/{THEIRS}"),
                              ("X-Rewrite-URL", f"/fhir/{THEIRS}"), ("X-Forwarded-Prefix", "/evil.example"))]
HOSTS += [A(f"claimed-{name.lower()}", f"Claims to be somebody in {name}.", EDGE, sent(f"GET /fhir/{THEIRS}", f"{name}: {value}", who=None), **NOBODY)
          for name, value in (("X-Forwarded-User", "p.lind"), ("X-Remote-User", "p.lind"), ("X-SSL-Client-DN", "CN=p.lind"), ("X-Forwarded-For", "127.0.0.1"),
                              ("Proxy-Authorization", "Bearer @TOKEN@"))]

# --- what would go on to the record server ----------------------------------------------------------

CHANGE = f"PUT /fhir/Observation/o-{MINE}"
BODY = ('{"resourceType":"Observation","id":"o-' + MINE + '","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/' + MINE + '"}}').encode()
PASSED_ON = [A(f"if-match-{name}", what, stops, sent(CHANGE, FHIR, *headers, body=BODY), **more) for name, what, stops, headers, more in [
    ("star", "Asks to change whatever version there is.", TARGET, ["If-Match: *"], {}),
    ("list", "Names a list of versions.", TARGET, ['If-Match: W/"1", W/"2"'], {}),
    ("strong", "Names a version without its mark.", TARGET, ['If-Match: "1"'], {}),
    ("twice", "Names two versions.", TARGET, ['If-Match: W/"1"', 'If-Match: W/"2"'], {}),
    ("space", "Writes a space into the version.", TARGET, ['If-Match: W/"1 2"'], {}),
    ("quote", "Writes a quote into the version.", TARGET, ['If-Match: W/"1"2"'], {}),
    ("percent", "Writes a line break in percent signs into the version.", TARGET, ['If-Match: W/"1%0d%0aX:y"'], {}),
    ("fold", "Folds the version.", PARSER, ['If-Match: W/"1"', " X: y"], {}),
    ("bare-lf", "Writes a line feed into the version.", PARSER, ['If-Match: W/"1"\nX: y'], {}),
    ("control", "Writes a control character into the version.", PARSER, ['If-Match: W/"1\x01"'], {}),
    ("long", "Writes a version of a hundred letters.", TARGET, ['If-Match: W/"' + "1" * 100 + '"'], {}),
    ("old", "Names an old version.", WRITES, ['If-Match: W/"0"'], {"status": (412,), "asked": True}),
]]
PASSED_ON += [A(f"if-none-match-{name}", what, "src/in/fhir/conditions.cc", fhir(path, 'If-None-Match: *'), **more) for name, what, path, more in [
    ("others", "Asks whether another patient's record is there.", THEIRS, {"status": (403,), "asked": True}),
    ("hidden", "Asks whether a hidden patient's record is there.", f"Observation/o-{HIDDEN}", {"status": (404,), "asked": True}),
]]
PASSED_ON += [A(f"category-{name}", what, stops, fhir(f"Observation/o-{MINE}", *headers), **more) for name, what, stops, headers, more in [
    ("nonsense", "Gives a purpose that is none.", PURPOSE, ["Category: x"], {}),
    ("elsewhere", "Gives a purpose of another list.", PURPOSE, ["Category: http://evil.example/list#TREAT"], EVIL),
    ("unknown", "Gives a purpose that is not listed.", PURPOSE, ["Category: http://terminology.hl7.org/CodeSystem/v3-ActReason#NOPE"], {}),
    ("two", "Gives two purposes.", PURPOSE, ["Category: http://terminology.hl7.org/CodeSystem/v3-ActReason#TREAT"] * 2, {}),
    ("bare-cr", "Writes a carriage return into a purpose.", PARSER, ["Category: http://terminology.hl7.org/CodeSystem/v3-ActReason#TREAT\rX: y"], {}),
    ("more", "Hangs a text on a purpose: it goes no further.", PURPOSE, ["Category: http://terminology.hl7.org/CodeSystem/v3-ActReason#TREAT; evil.example"],
     {**MINE_ONLY, **EVIL}),
]]
PASSED_ON += [A(f"header-{name}", what, stops, fhir(f"Observation/o-{MINE}", *headers), **more) for name, what, stops, headers, more in [
    ("range", "Asks for a range of octets: the whole record comes.", SOURCE, ["Range: bytes=0-3"], MINE_ONLY),
    ("if-none-match", "Asks whether a version still stands: that is told as a read is, and written down.", "src/in/fhir/conditions.cc",
     ['If-None-Match: W/"1"'], {"status": (304,), "asked": True}),
    ("if-none-match-star", "Asks whether there is any version.", "src/in/fhir/conditions.cc", ["If-None-Match: *"], {"status": (304,), "asked": True}),
    ("if-none-match-nonsense", "Asks whether nonsense still stands.", "src/in/fhir/conditions.cc", ["If-None-Match: x"], {}),
    ("if-none-match-twice", "Asks twice whether a version still stands.", "src/in/fhir/conditions.cc", ['If-None-Match: W/"1"', 'If-None-Match: W/"2"'], {}),
    ("if-modified", "Asks whether it changed: it is released and written down.", SOURCE, ["If-Modified-Since: Sun, 22 Nov 2099 00:00:00 GMT"], MINE_ONLY),
    ("prefer", "Asks the record server to be lenient.", SOURCE, ["Prefer: handling=lenient"], MINE_ONLY),
    ("encoding", "Asks for zipped records.", SOURCE, ["Accept-Encoding: gzip"], MINE_ONLY),
    ("connection", "Asks to drop the session on the way.", SOURCE, ["Connection: Authorization"], MINE_ONLY),
    ("upgrade", "Asks for another protocol.", CONNECTION, ["Upgrade: h2c", "HTTP2-Settings: x"], MINE_ONLY),
    ("accept-xml", "Accepts XML alone.", TARGET, ["Accept: application/fhir+xml"], {"status": (406,)}),
    ("expect", "Expects what nobody does.", PARSER, ["Expect: 200-ok"], {"status": (417,)}),
    ("expect-twice", "Expects twice.", PARSER, ["Expect: 100-continue", "Expect: 100-continue"], {"status": (417,)}),
]]
# Anybody who finds people by name may be found, but for those who hid.
FOUND = {"status": (200,), "asked": True, "leak": f"{SECRET} {HIDDEN}".encode()}
PASSED_ON += [A(f"search-{name}", what, stops, sent("POST /api/v1/patients/search", AS_JSON, body=body), **more) for name, what, stops, body, more in [
    ("id-smuggles", "Hides a parameter in an id.", "src/in/api/search.cc", '{"id":"' + MINE + '&_include=*"}', {}),
    ("id-list", "Searches for a list of ids.", "src/in/api/search.cc", '{"id":"' + MINE + "," + HIDDEN + '"}', {}),
    ("id-hidden", "Searches for the id of a hidden patient.", ACCESS, '{"id":"' + HIDDEN + '"}', {"status": (200,), "asked": True}),
    ("name-smuggles", "Hides a parameter in a name.", UPSTREAM, '{"name":"x&_id=' + HIDDEN + '"}', FOUND),
    ("name-breaks", "Hides a line break in a name.", UPSTREAM, '{"name":"x\\r\\nX: y"}', FOUND),
    ("two-names", "Sends a name twice.", JSON, '{"name":"x","name":"y"}', {}),
]]

# --- which chart -----------------------------------------------------------------------------------

CHARTS = [A(f"chart-{name}", what, API, sent(line, AS_JSON, *headers, body="{}"), **more) for name, what, line, headers, more in [
    ("header-none", "Names a patient nowhere.", OPEN, [], {}),
    ("header-twice", "Names two patients in two headers.", OPEN, [f"Halligan-Patient: {MINE}", f"Halligan-Patient: {OTHER}"], {}),
    ("header-same-twice", "Names one patient in two headers.", OPEN, [f"Halligan-Patient: {MINE}", f"halligan-patient: {MINE}"], {}),
    ("header-comma", "Names two patients in one header.", OPEN, [f"Halligan-Patient: {MINE}, {OTHER}"], {}),
    ("header-empty", "Names an empty patient.", OPEN, ["Halligan-Patient: "], {}),
    ("header-tilde", "Names the header itself.", OPEN, ["Halligan-Patient: ~"], {}),
    ("header-typed", "Names the patient with a type.", OPEN, [f"Halligan-Patient: Patient/{OTHER}"], {}),
    ("header-climbs", "Climbs in the header.", OPEN, [f"Halligan-Patient: {MINE}/../{OTHER}"], {}),
    ("header-percent", "Spells the header in percent signs.", OPEN, ["Halligan-Patient: p%2D000002"], {}),
    ("header-space", "Writes a space into the header.", OPEN, [f"Halligan-Patient: {MINE} {OTHER}"], {}),
    ("header-long", "Names a patient of a thousand letters.", OPEN, ["Halligan-Patient: " + "p" * 1000], {}),
    ("header-and-path", "Names one in the path, another in the header.", f"POST /api/v1/charts/{MINE}/open", [f"Halligan-Patient: {OTHER}"], {}),
    ("header-and-same-path", "Names one in both.", f"POST /api/v1/charts/{MINE}/open", [f"Halligan-Patient: {MINE}"], {}),
    ("path-tildes", "Writes two tildes.", "POST /api/v1/charts/~~/open", [f"Halligan-Patient: {OTHER}"], {}),
    ("path-percent", "Spells the tilde in percent signs: it is one.", "POST /api/v1/charts/%7e/open", [f"Halligan-Patient: {OTHER}"], {"status": (200,), "asked": True}),
    ("underscore", "Writes an underscore for the hyphen.", OPEN, [f"Halligan_Patient: {OTHER}"], {}),
    ("break-twice", "Breaks the glass of two patients.", "POST /api/v1/charts/~/break", [f"Halligan-Patient: {MINE}", f"Halligan-Patient: {OTHER}"], {}),
]]

# --- other sites and stolen things -----------------------------------------------------------------


def browser(line, *headers, cookie=BROWSER[0], csrf=BROWSER[1], body=b""):
    return sent(line, *[each for each in (cookie, csrf) if each], *headers, who=None, body=body)


BROWSERS = [A(f"csrf-{name}", what, stops, raw, **{**NOBODY, "absent": (b"Access-Control",), **more}) for name, what, stops, raw, more in [
    ("cookie-alone", "Lets a browser send its cookie alone.", EDGE, browser(READ_MINE, csrf=None), {}),
    ("cookie-alone-post", "Lets a browser post with its cookie alone.", EDGE, browser(OPEN, AS_JSON, f"Halligan-Patient: {OTHER}", csrf=None, body="{}"), {}),
    ("header-alone", "Sends the header without the cookie.", EDGE, browser(READ_MINE, cookie=None), {}),
    ("empty", "Sends an empty header.", EDGE, browser(READ_MINE, csrf="Halligan-CSRF: "), {}),
    ("other-session", "Sends the header of another session.", EDGE, browser(READ_MINE, csrf="Halligan-CSRF: @OTHER-CSRF@"), {}),
    ("twice", "Sends the header twice.", EDGE, browser(READ_MINE, BROWSER[1]), {}),
    ("twice-wrong-first", "Sends a wrong header before the right one.", EDGE, browser(READ_MINE, BROWSER[1], csrf="Halligan-CSRF: x"), {}),
    ("longer", "Hangs a letter on the header.", EDGE, browser(READ_MINE, csrf="Halligan-CSRF: @CSRF@x"), {}),
    ("quoted", "Quotes the header.", EDGE, browser(READ_MINE, csrf='Halligan-CSRF: "@CSRF@"'), {}),
    ("token", "Sends the cookie's value as header.", EDGE, browser(READ_MINE, csrf="Halligan-CSRF: @COOKIE@"), {}),
    ("in-query", "Sends the header's value in the address.", EDGE, browser(f"{READ_MINE}?Halligan-CSRF=@CSRF@", csrf=None), {"status": (400, 401)}),
    ("origin", "Asks from another site.", EDGE, browser(READ_MINE, "Origin: https://evil.example", csrf=None), {"absent": (b"Access-Control", b"evil.example")}),
    ("origin-null", "Asks from a site without a name.", EDGE, browser(READ_MINE, "Origin: null", csrf=None), {}),
    ("fetch-site", "Says that the page is of this site.", EDGE, browser(READ_MINE, "Sec-Fetch-Site: same-origin", csrf=None), {}),
    ("fetch-site-session", "Asks for the session from another site.", SESSIONS, browser("GET /api/v1/session", "Sec-Fetch-Site: cross-site", csrf=None), {}),
    ("fetch-site-same-site", "Asks for the session from a neighbour.", SESSIONS, browser("GET /api/v1/session", "Sec-Fetch-Site: same-site", csrf=None), {}),
    ("fetch-site-typed", "Asks for the session from the address bar.", SESSIONS, browser("GET /api/v1/session", "Sec-Fetch-Site: none", csrf=None), {}),
    ("fetch-site-twice", "Says twice where it comes from.", SESSIONS,
     browser("GET /api/v1/session", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site", csrf=None), {}),
    ("fetch-site-and-bearer", "Says where it comes from beside a wrong token.", SESSIONS,
     browser("GET /api/v1/session", "Sec-Fetch-Site: same-origin", "Authorization: Bearer x", csrf=None), {}),
    ("form", "Posts a form.", EDGE, browser("POST /fhir/Observation/_search", FORM, csrf=None, body=f"patient={MINE}"), {}),
    ("form-text", "Posts JSON as a text.", JSON, browser(OPEN, "Content-Type: text/plain", f"Halligan-Patient: {OTHER}", csrf=None, body="{}"), {"status": (401, 415)}),
    ("sign-out", "Signs somebody out.", EDGE, browser("DELETE /api/v1/session", csrf=None), {"absent": (b"Max-Age",)}),
    ("preflight", "Asks whether it may.", TARGET, browser(f"OPTIONS /fhir/{THEIRS}", "Origin: https://evil.example", "Access-Control-Request-Method: GET", csrf=None),
     {"status": (401, 405), "absent": (b"Access-Control", b"evil.example")}),
    ("cookie-twice", "Sends two cookies of one name.", COOKIE, browser(READ_MINE, cookie="Cookie: __Host-halligan=@COOKIE@; __Host-halligan=x"), {}),
    ("cookie-twice-headers", "Sends two headers of cookies.", COOKIE, browser(READ_MINE, "Cookie: __Host-halligan=x"), {}),
    ("cookie-quoted", "Quotes the cookie.", COOKIE, browser(READ_MINE, cookie='Cookie: __Host-halligan="@COOKIE@"'), {}),
    ("cookie-plain-name", "Sends the cookie without its prefix.", COOKIE, browser(READ_MINE, cookie="Cookie: halligan=@COOKIE@"), {}),
    ("cookie-capital", "Writes the cookie's name in capitals.", COOKIE, browser(READ_MINE, cookie="Cookie: __HOST-HALLIGAN=@COOKIE@"), {}),
    ("cookie-and-bearer", "Sends a cookie beside a wrong token.", EDGE, browser(READ_MINE, "Authorization: Bearer x"), {}),
    ("cookie-and-basic", "Sends a cookie beside another scheme.", EDGE, browser(READ_MINE, "Authorization: Basic eDp5"), {}),
    ("cookie-and-empty", "Sends a cookie beside an empty Authorization.", EDGE, browser(READ_MINE, "Authorization: "), {}),
    ("cookie-as-bearer-other", "Sends the header's value as a token.", EDGE, sent(READ_MINE, who="Authorization: Bearer @CSRF@"), {}),
]]

TOKENS = [A(f"token-{name}", what, stops, sent(f"GET /fhir/{target}", *headers, who=who), **{**NOBODY, **more}) for name, what, stops, target, who, headers, more in [
    ("none", "Sends no token.", EDGE, THEIRS, None, [], {}),
    ("empty", "Sends an empty token.", EDGE, THEIRS, "Authorization: Bearer ", [], {}),
    ("scheme-alone", "Sends the scheme alone.", EDGE, THEIRS, "Authorization: Bearer", [], {}),
    ("basic", "Sends a token as a password.", EDGE, THEIRS, "Authorization: Basic @TOKEN@", [], {}),
    ("no-scheme", "Sends a token without a scheme.", EDGE, THEIRS, "Authorization: @TOKEN@", [], {}),
    ("two-spaces", "Sends a token behind two spaces.", EDGE, THEIRS, "Authorization: Bearer  @TOKEN@", [], {}),
    ("tab", "Sends a token behind a tab.", EDGE, THEIRS, "Authorization: Bearer\t@TOKEN@", [], {}),
    ("longer", "Hangs a letter on a token.", EDGE, THEIRS, "Authorization: Bearer @TOKEN@x", [], {}),
    ("padded", "Pads a token.", EDGE, THEIRS, "Authorization: Bearer @TOKEN@=", [], {}),
    ("list", "Sends a list of tokens.", EDGE, THEIRS, "Authorization: Bearer @TOKEN@, Bearer @TOKEN@", [], {}),
    ("quoted", "Quotes a token.", EDGE, THEIRS, 'Authorization: Bearer "@TOKEN@"', [], {}),
    ("capitals", "Writes a token in capitals.", EDGE, THEIRS, "Authorization: Bearer @TOKEN-CAPITALS@", [], {}),
    ("shorter", "Cuts a token short.", EDGE, THEIRS, "Authorization: Bearer @TOKEN-SHORT@", [], {}),
    ("hash", "Sends what the ledger knows of a token.", EDGE, THEIRS, "Authorization: Bearer @TOKEN-HASH@", [], {}),
    ("nul", "Writes NUL into a token.", PARSER, THEIRS, "Authorization: Bearer @TOKEN@\0", [], {"status": (400,)}),
    ("two", "Sends two tokens.", EDGE, THEIRS, BEARER, [BEARER], {}),
    ("folded", "Folds a token.", PARSER, THEIRS, "Authorization: Bearer", [" @TOKEN@"], {"status": (400,)}),
    ("long", "Sends a token of five thousand letters.", EDGE, THEIRS, "Authorization: Bearer " + "x" * 5000, [], {}),
    ("ended", "Sends the token of a session that is over.", EDGE, THEIRS, "Authorization: Bearer @ENDED@", [], {}),
    ("in-query", "Sends a token in the address.", TARGET, f"{THEIRS}?access_token=@TOKEN@", None, [], {"status": (400, 401)}),
    ("of-upstream", "Sends the gateway's own credential.", EDGE, THEIRS, "Authorization: Bearer @UPSTREAM@", [], {}),
    ("small-scheme", "Writes the scheme in small letters: it is the session's own right that counts.", ACCESS, THEIRS, "authorization: bearer @TOKEN@", [],
     {"status": (403,), "asked": True}),
]]
