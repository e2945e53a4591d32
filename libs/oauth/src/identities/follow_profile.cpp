#include "sigma/oauth/identities/follow_profile.hpp"

namespace sigma::oauth {

store::User following(const Subject& subject, core::UtcTime now) {
  store::User user = subject.user;
  if (!subject.profile) return user;
  const std::string name = display_name(subject);
  auto picture = display_picture(subject);
  if (picture && picture->starts_with("data:")) picture = user.image;
  if (user.name == name && user.image == picture) return user;
  user.name = name;
  user.image = picture;
  user.updated_at = now;
  return user;
}

core::Task<Result<store::User>> follow_profile(store::UserStore& users, Subject subject, core::UtcTime now) {
  store::User user = following(subject, now);
  if (user != subject.user) SIGMA_CO_CHECK(co_await users.update(user));
  co_return user;
}

}  // namespace sigma::oauth
