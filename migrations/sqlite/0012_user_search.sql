-- oldest-program: 10
-- Who administers accounts finds them by the beginning of a name or an address (libs/store/src/account_store.cpp).
CREATE INDEX users_name ON users (lower(name));
CREATE INDEX users_email ON users (lower(email));
CREATE INDEX profiles_name ON profiles (lower(name));
