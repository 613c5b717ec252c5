"""内嵌服务器：PostgreSQL 与 Apache Kafka，由我们自己看管。"""
