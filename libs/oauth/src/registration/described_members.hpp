// Which members of a client's description count, by who describes it (security case 60).
#pragma once
#include "sigma/oauth/registration/client_metadata.hpp"

namespace sigma::oauth {

/// True when this registrar may set the member.
bool may_describe(Registrar registrar, std::string_view member);

}  // namespace sigma::oauth
