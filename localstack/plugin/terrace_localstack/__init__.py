"""LocalStack's community edition, brought closer to AWS.

The map of the package:

``install``      what runs when LocalStack starts: layers, mends, routes
``providers``    entry points for the APIs that the community edition lacks
``pipeline``     the way of every request: lock, layers, mends, LocalStack's own handler
``runtime``      the lock, the clock for states that take a while, errors, calls between services
``layers``       behaviour that botocore's models describe for every service at once
``ec2``, ``rds``, ``services``   mends of what moto does differently from AWS, by service
``elbv2``, ``autoscaling``       providers of our own, in place of moto's
"""
