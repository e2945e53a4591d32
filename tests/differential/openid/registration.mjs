// Dynamic client registration (RFC 7591, 7592): {title: side => answer}.
export default {};
