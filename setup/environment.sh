#!/usr/bin/env bash
# Makes .venv: the Python packages, Delta's JARs, and a Spark that logs to a file. Says nothing where all is there.
# PYTHON and JAVA_HOME choose where there are several Pythons and Javas.
set -euo pipefail
cd -P "$(dirname "$0")/.."
venv=$PWD/.venv
log=$venv/setup.log
stamp=$venv/complete # written last: what .venv was made from
PATH=${PATH//"$venv/bin:"/} # an activated .venv may be the one that has to be made anew

stop() {
  echo "$*" >&2
  exit 1
}

# What installs something on this machine: the first apt package of $1 that apt knows (else the last), $2 by dnf, $3 by brew.
install_command() {
  local package sudo="sudo "
  if [ "$(id -u)" = 0 ]; then sudo=""; fi
  if command -v apt-get >/dev/null; then
    for package in $1; do
      if apt-cache show "$package" >/dev/null 2>&1; then break; fi
    done
    echo "${sudo}apt-get update && ${sudo}apt-get install -y $package"
  elif command -v dnf >/dev/null; then
    echo "${sudo}dnf install -y $2"
  else
    echo "brew install $3"
  fi
}

require_java() {
  local version found="none is on PATH" cure=""
  version=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') || true
  if [ "${version:-0}" -ge 17 ]; then return; fi
  if [ -n "$version" ]; then found="the one on PATH is $version"; fi
  if [ -n "${JAVA_HOME:-}" ]; then
    found="JAVA_HOME=$JAVA_HOME is ${version:-no Java}" cure=" and set JAVA_HOME to it"
  fi
  stop "Java 17 or newer is needed, but $found: install it with" \
    "'$(install_command "openjdk-17-jre-headless openjdk-21-jre-headless default-jre-headless" \
      java-21-openjdk-headless "--cask temurin@21")'$cure."
}

# Sets `python` to the first interpreter that will do.
choose_python() {
  local candidate version found=${PYTHON:+$PYTHON does not run} bare=""
  for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
    version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if ! "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      found="$candidate is $version"
    elif ! "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
      bare=$version
    else
      python=$candidate
      return
    fi
  done
  if [ -n "$bare" ]; then
    stop "Python $bare lacks its venv module: install it with" \
      "'$(install_command "python$bare-venv" "python$bare" "python@$bare")'."
  fi
  stop "Python 3.11 or newer is needed, but ${found:-none is on PATH}: install it with" \
    "'$(install_command "python3.13-venv python3.12-venv python3.11-venv python3-venv" python3.12 python@3.13)'."
}

# True unless PYTHON names another interpreter than that of .venv.
right_python() {
  local interpreter='import sys; print(sys.base_prefix, sys.version)'
  [ -z "${PYTHON:-}" ] ||
    [ "$("$PYTHON" -c "$interpreter" 2>/dev/null)" = "$("$venv/bin/python" -c "$interpreter" 2>/dev/null)" ]
}

# True if .venv can be built on: made for this folder, and whole as far as pip.
usable() {
  grep -qsF " -m venv $venv" "$venv/pyvenv.cfg" && "$venv/bin/python" -m pip --version >/dev/null 2>&1
}

# uv takes half of pip's time; pip knows mirrors that uv has not been told of.
install_packages() {
  "$venv/bin/pip" install -c constraints.txt uv &&
    { "$venv/bin/uv" pip install --compile-bytecode --python "$venv/bin/python" -c constraints.txt -e '.[spark,serving,dev]' ||
      "$venv/bin/pip" install -c constraints.txt -e '.[spark,serving,dev]'; }
}

# Ivy comes with Spark. Its JARs are linked, so that a kill leaves no half of one.
prepare_spark() {
  local spark jars
  spark=$(echo "$venv"/lib/python3*/site-packages/pyspark)
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Divy.default.ivy.user.dir="$venv/ivy" -jar "$spark"/jars/ivy-*.jar \
    -ivy setup/jars.xml -confs default -types jar -cachepath "$venv/ivy/classpath" &&
    IFS=: read -ra jars <"$venv/ivy/classpath" &&
    find "$spark/jars" -type l -delete && ln -s "${jars[@]}" "$spark/jars/" &&
    mkdir -p "$spark/conf" && cp conf/log4j2.properties setup/spark-env.sh "$spark/conf/" &&
    ln -sfn "$spark" "$venv/bin/spark-distribution" # where .venv/bin/spark-submit looks for Spark
}

# Runs one step: its output goes to the log, its name and seconds to the screen, and so does the log's end if it fails.
step() {
  local name=$1 begin=$SECONDS
  shift
  printf '  %-22s' "$name"
  if ! "$@" >>"$log" 2>&1 </dev/null; then
    echo "failed"
    tail -n 12 "$log" | sed 's/^/    /' >&2
    stop "Set-up stopped at '$name'; $log tells all. Run it again when the cause is gone."
  fi
  printf '%4d s\n' $((SECONDS - begin))
}

require_java
wanted="$venv $(cat setup.py constraints.txt setup/* conf/log4j2.properties | cksum)"
if [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && right_python; then exit; fi

python=""
if ! usable || ! right_python; then choose_python; fi
echo "Setting up .venv (details: .venv/setup.log)"
rm -f "$stamp"
if [ -n "$python" ]; then
  rm -rf "$venv" && mkdir "$venv"
  step "Virtual environment" "$python" -m venv "$venv"
fi
step "Python packages" install_packages
step "Delta's JARs" prepare_spark
echo "$wanted" >"$stamp"
