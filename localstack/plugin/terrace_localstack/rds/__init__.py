"""RDS: what moto does differently from AWS, mended by kind of object. Importing the package puts the mends in place.

moto keeps its own record of each database, which snapshots, clusters and proxies use; what DescribeDBInstances answers of an
instance outside a cluster is kept in full beside it (``fields``).
"""

from terrace_localstack.rds import catalog, changes, groups, instances, parameters, replicas, tags  # noqa: F401
