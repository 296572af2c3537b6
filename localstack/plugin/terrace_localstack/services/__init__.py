"""Smaller services: what moto or LocalStack does differently from AWS."""
