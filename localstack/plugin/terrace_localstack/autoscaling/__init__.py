"""EC2 Auto Scaling, served from memory on top of EC2 and Elastic Load Balancing: its groups launch and terminate real
(emulated) instances, register them with target groups, refresh them, and fire scheduled actions.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/Welcome.html
"""
