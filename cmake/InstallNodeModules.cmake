# cmake -DWEB=… -DNPM=… -DSTAMP=… -P InstallNodeModules.cmake
#
# `npm ci` unless node_modules already comes from this very package-lock.json. Several build trees share one
# node_modules, so one installs while the others wait.
set(mark ${WEB}/node_modules/.installed-from)
file(LOCK ${WEB}/.install-lock TIMEOUT 600)
file(SHA256 ${WEB}/package-lock.json wanted)
set(present "")
if(EXISTS ${mark})
  file(READ ${mark} present)
endif()
if(NOT present STREQUAL wanted)
  execute_process(COMMAND ${NPM} ci --no-audit --no-fund --loglevel=error WORKING_DIRECTORY ${WEB} COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${mark} ${wanted})
endif()
file(TOUCH ${STAMP})
