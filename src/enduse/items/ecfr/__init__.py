"""From the official eCFR markup of the Export Administration Regulations to tables of facts."""
