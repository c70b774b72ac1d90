use super::*;
use http::Request;

fn caller() -> Caller {
	let address = "[::ffff:192.0.2.7]:4000".parse().unwrap();
	Caller { header: PeerHeader::default(), peer: None, address }
}

fn prepared(request: Request<()>) -> Result<(Prepared, Parts), Refusal> {
	let mut head = request.into_parts().0;
	let prepared = prepare(&mut head, true, &caller(), "127.0.0.1:80")?;
	Ok((prepared, head))
}

#[test]
fn the_address_is_the_clients_own_and_shown_as_it_is() {
	let request = Request::get("/").header("Host", "a").header("X_Forwarded_For", "10.0.0.1");
	let (_, head) = prepared(request.body(()).unwrap()).unwrap();
	let all: Vec<_> = head.headers.get_all(FORWARDED_FOR).iter().collect();
	assert_eq!(all, ["192.0.2.7"]);
	assert_eq!(head.headers.len(), 3, "{:?}", head.headers);
}

#[test]
fn what_connection_names_is_gone_but_for_the_host() {
	let request = Request::get("/")
		.header("Host", "a")
		.header("Connection", "X-One, ,x-two;bad, host")
		.header("Connection", " x-three ")
		.header("X-One", "1")
		.header("X-Two", "2")
		.header("X-Three", "3");
	let (_, head) = prepared(request.body(()).unwrap()).unwrap();
	let mut left: Vec<&str> = head.headers.keys().map(HeaderName::as_str).collect();
	left.sort_unstable();
	assert_eq!(left, ["host", "x-forwarded-for", "x-forwarded-proto", "x-two"]);
}

#[test]
fn a_length_that_framed_nothing_is_not_passed_back() {
	let mut headers = HeaderMap::new();
	headers.insert(CONTENT_LENGTH, HeaderValue::from_static("5"));
	let mut chunked = headers.clone();
	strip_answer(&mut headers);
	assert_eq!(headers[CONTENT_LENGTH], "5");
	chunked.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
	strip_answer(&mut chunked);
	assert!(chunked.is_empty(), "{chunked:?}");
}

#[test]
fn the_answers_to_what_is_not_served_say_so() {
	let connect = Request::connect("db:5432").header("Host", "db:5432").body(()).unwrap();
	assert_eq!(prepared(connect).unwrap_err().status, StatusCode::NOT_IMPLEMENTED);
	let coded = Request::post("/").header("Host", "a").header("Transfer-Encoding", "gzip, chunked");
	assert_eq!(prepared(coded.body(()).unwrap()).unwrap_err().status, StatusCode::NOT_IMPLEMENTED);
	let hostless = Request::get("/").body(()).unwrap();
	assert_eq!(prepared(hostless).unwrap_err().status, StatusCode::BAD_REQUEST);
}
