# Sourced by the scripts of deploy/: finds JDK 25 and Maven >= 3.9.6, or says what is missing.
# Sets JAVA_HOME and MAVEN.

readonly KVORUM_MAVEN_VERSION=3.9.16

# Newest JDK among those that are 25 or later; JAVA_HOME wins if it is good enough.
find_jdk() {
  local candidate version best="" best_version=0
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk*; do
    [ -x "$candidate/bin/javac" ] || continue
    version=$("$candidate/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
    [ "${version:-0}" -ge 25 ] || continue
    if [ "$candidate" = "${JAVA_HOME:-}" ] || [ "$version" -eq 25 ]; then
      best=$candidate
      break
    fi
    if [ "$best_version" -eq 0 ] || [ "$version" -lt "$best_version" ]; then
      best=$candidate
      best_version=$version
    fi
  done
  if [ -z "$best" ]; then
    echo "JDK 25 is missing: none found in JAVA_HOME, /usr/lib/jvm, /opt. Install one (Eclipse Temurin 25, say) and try again." >&2
    exit 3
  fi
  export JAVA_HOME=$best
  export PATH="$JAVA_HOME/bin:$PATH"
}

# A system Maven if it is new enough, else one from the Maven repository, kept in ~/.cache/kvorum.
find_maven() {
  local cache="${XDG_CACHE_HOME:-$HOME/.cache}/kvorum" system version
  MAVEN="$cache/apache-maven-$KVORUM_MAVEN_VERSION/bin/mvn"
  system=$(command -v mvn || true)
  if [ -n "$system" ]; then
    version=$("$system" -version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p' | head -n 1)
    if [ "$(printf '3.9.6\n%s\n' "$version" | sort -V | head -n 1)" = 3.9.6 ]; then
      MAVEN=$system
      return
    fi
  fi
  [ -x "$MAVEN" ] && return
  if [ -z "$system" ]; then
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
      apt-get install -y --no-install-recommends maven >/dev/null 2>&1 || { apt-get update && apt-get install -y --no-install-recommends maven; } >&2
      system=$(command -v mvn)
    else
      echo "Maven is missing: install Maven 3.9.6 or later (or any Maven 3, which will bring a newer one in) and try again." >&2
      exit 3
    fi
  fi
  mkdir -p "$cache"
  echo "Maven ${version:-of the system} is older than 3.9.6: bringing in $KVORUM_MAVEN_VERSION" >&2
  local staging
  staging=$(mktemp -d "$cache/maven.XXXXXX")
  # From an empty folder: the project's .mvn settings are for JDK 25 only.
  (cd "$staging" && "$system" -q dependency:copy -Dartifact=org.apache.maven:apache-maven:$KVORUM_MAVEN_VERSION:zip:bin \
    -DoutputDirectory="$staging" && "$JAVA_HOME/bin/jar" xf "apache-maven-$KVORUM_MAVEN_VERSION-bin.zip") >&2
  chmod +x "$staging/apache-maven-$KVORUM_MAVEN_VERSION/bin/mvn"
  mv -T "$staging/apache-maven-$KVORUM_MAVEN_VERSION" "$cache/apache-maven-$KVORUM_MAVEN_VERSION" 2>/dev/null || true
  rm -rf "$staging"
}
