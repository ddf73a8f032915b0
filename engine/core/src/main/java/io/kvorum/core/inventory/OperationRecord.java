package io.kvorum.core.inventory;

/** An operation, seen from here. It lives in a package of its own. */
public non-sealed interface OperationRecord extends Entity {}
