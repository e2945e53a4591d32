-- Where a device asked from, as far as its person needs to know: the /24 or /48 network, never the address.
ALTER TABLE device_codes ADD COLUMN network TEXT;
