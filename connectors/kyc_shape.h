/* kyc_shape.h - what kyc does beside passing questions on: identifiers are checked before the paid call, passport lines
 * are read without one. */
#ifndef CONNECTORS_KYC_SHAPE_H
#define CONNECTORS_KYC_SHAPE_H

#include "connectors/shape.h"

extern const struct shaping kyc_shaping;

#endif
