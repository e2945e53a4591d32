#include "ed25519_point.hpp"

#include "evp.hpp"

namespace sigma::crypto {
namespace {

using BignumContext = std::unique_ptr<BN_CTX, Deleter<BN_CTX_free>>;

Bignum hex(const char* digits) {
  BIGNUM* number = nullptr;
  if (BN_hex2bn(&number, digits) == 0) die("constant");
  return Bignum(number);
}

struct Curve {
  Bignum p = hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");
  Bignum d = hex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
  // y of the points of order 8; those of order 1, 2 and 4 have y = 1, −1 and 0.
  Bignum order8_a = hex("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826");
  Bignum order8_b = hex("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7");
};

}  // namespace

bool is_ed25519_point(std::string_view encoded) {
  static const Curve curve;
  if (encoded.size() != 32) return false;
  std::string y_bytes(encoded);
  y_bytes.back() = static_cast<char>(y_bytes.back() & 0x7f);  // the top bit is the sign of x
  const Bignum y(BN_lebin2bn(bytes(y_bytes), 32, nullptr));
  const Bignum one(BN_dup(BN_value_one())), minus_one(BN_dup(curve.p.get())), u(BN_new()), v(BN_new()), t(BN_new());
  const BignumContext context(BN_CTX_new());
  if (!y || !one || !minus_one || !u || !v || !t || !context || BN_sub_word(minus_one.get(), 1) != 1) die("bignum");

  if (BN_cmp(y.get(), curve.p.get()) >= 0) return false;
  if (BN_is_zero(y.get()) || BN_is_one(y.get()) || BN_cmp(y.get(), minus_one.get()) == 0 ||
      BN_cmp(y.get(), curve.order8_a.get()) == 0 || BN_cmp(y.get(), curve.order8_b.get()) == 0) {
    return false;
  }
  // x² = u / v with u = y² − 1, v = d·y² + 1 has a solution exactly when u·v is a square (v is never zero).
  const BIGNUM* p = curve.p.get();
  const bool done = BN_mod_sqr(t.get(), y.get(), p, context.get()) == 1 &&
                    BN_mod_sub(u.get(), t.get(), one.get(), p, context.get()) == 1 &&
                    BN_mod_mul(v.get(), curve.d.get(), t.get(), p, context.get()) == 1 &&
                    BN_mod_add(v.get(), v.get(), one.get(), p, context.get()) == 1 &&
                    BN_mod_mul(t.get(), u.get(), v.get(), p, context.get()) == 1;
  if (!done) die("bignum");
  return BN_kronecker(t.get(), p, context.get()) == 1;
}

}  // namespace sigma::crypto
