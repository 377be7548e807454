#pragma once

// The nouns of our messages: what actors of this process say to each other, and the API to them. Who can be
// sent what is in interfaces.hpp; the verbs are in atoms.hpp, and what nodes say to each other is in
// wire.hpp.

#include "actors/messages/coverage.hpp"
#include "actors/messages/disconnects.hpp"
#include "actors/messages/history.hpp"
#include "actors/messages/lists.hpp"
#include "actors/messages/network.hpp"
#include "actors/messages/node_orders.hpp"
#include "actors/messages/stats.hpp"
#include "actors/messages/switches.hpp"
#include "actors/messages/watching.hpp"
