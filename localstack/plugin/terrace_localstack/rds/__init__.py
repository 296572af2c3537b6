"""RDS: what moto does differently from AWS, mended by kind of object."""
