/** Accounts, sessions, tokens, certificates, sealed secrets. */
@NullMarked
package io.kvorum.server.security;

import org.jspecify.annotations.NullMarked;
