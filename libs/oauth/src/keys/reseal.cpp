#include "sigma/oauth/keys/reseal.hpp"

#include "keys/purposes.hpp"

namespace sigma::oauth {

core::Task<core::Result<Resealed>> reseal(store::SealedValues& values, const crypto::Sealer& sealer,
                                          core::Random& random) {
  SIGMA_CO_TRY(std::vector<store::SealedValue> all, co_await values.list());
  Resealed done;
  for (store::SealedValue& value : all) {
    if (sealer.current(value.sealed)) {
      ++done.current;
      continue;
    }
    const std::string_view purpose =
        value.kind == store::SealedValue::Kind::signing_key ? kSigningKeyPurpose : kServerSecretPurpose;
    const auto opened = sealer.open(purpose, value.id, value.sealed);
    if (!opened) {
      co_return core::Error{core::Code::unauthorized,
                            "None of the secrets opens \"" + value.id +
                                "\". Name the secret that sealed it as well: SIGMA_SECRET=new,old."};
    }
    SIGMA_CO_TRY(std::string sealed, sealer.seal(purpose, value.id, opened->view(), random));
    SIGMA_CO_TRY(const bool replaced, co_await values.replace(std::move(value), std::move(sealed)));
    if (replaced) ++done.changed;
  }
  co_return done;
}

}  // namespace sigma::oauth
