"""Recorded frames and replies of the venue, as material for mutation."""

from __future__ import annotations

USER_FRAMES = (
    b'{"e":"ORDER_TRADE_UPDATE","E":1758608899350,"T":1758608899316,"o":{"s":"BTC-USDT","c":"",'
    b'"i":1970374651259388001,"S":"SELL","o":"MARKET","q":"0.00100000","p":"437.12006772",'
    b'"sp":"0.00000000","ap":"437.10000000","x":"TRADE","X":"FILLED","N":"USDT","n":"-0.05642405",'
    b'"T":1758608899316,"wt":"","ps":"SHORT","rp":"0.00000000","z":"0.00100000","sg":"false",'
    b'"ti":0,"ro":false,"td":511178071,"tv":"112.8"}}',
    b'{"e":"ACCOUNT_UPDATE","E":1758608899352,"a":{"m":"FUNDING_FEE","B":[{"a":"USDT",'
    b'"wb":"117.80007595","cw":"95.23045595","bc":"0"}],"P":[{"s":"BTC-USDT","pa":"0.001"}]}}',
    b'{"e":"ACCOUNT_CONFIG_UPDATE","E":1,"ac":{"s":"BTC-USDT","l":12,"S":9,"mt":"cross"}}',
    b'{"e":"SNAPSHOT","E":1,"ac":{"s":"BTC-USDT","l":12,"S":9,"mt":"cross"}}',
    b'{"e":"listenKeyExpired","E":1676964520421,"listenKey":"53c1067059c5401e"}',
    b"Ping",
)
MARKET_FRAMES = (
    b'{"code":0,"dataType":"BTC-USDT@bookTicker","data":{"e":"bookTicker","u":578534658,"E":5,'
    b'"T":5,"s":"BTC-USDT","b":"121584.1","B":"18.7084","a":"121584.3","A":"4.9602"}}',
    b'{"code":0,"dataType":"BTC-USDT@markPrice","marketTime":9,"data":'
    b'{"e":"markPriceUpdate","E":7,"s":"BTC-USDT","p":"121570.0"}}',
    b'{"code":0,"dataType":"BTC-USDT@kline_1m","s":"BTC-USDT","data":[{"c":"2","o":"1","h":"3",'
    b'"l":"1","v":"9","T":1759997460000}]}',
    b'{"id":"1","code":80014,"msg":"dataType not supported"}',
)
_ORDER = (
    b'{"symbol":"LTC-USDT","orderId":1736012449498123456,"side":"SELL","positionSide":"LONG",'
    b'"type":"LIMIT","origQty":"1.0","price":"2.1710","executedQty":"0.5","avgPrice":"2.1700",'
    b'"cumQuote":"0","stopPrice":"","profit":"0.0000","commission":"-0.002500","status":'
    b'"PARTIALLY_FILLED","time":1702732596168,"updateTime":1702732596188,"clientOrderId":"abc-1",'
    b'"leverage":"15X","takeProfit":{"type":"","quantity":0},"stopLoss":"","postOnly":false,'
    b'"reduceOnly":false,"closePosition":"","stopGuaranteed":"false"}'
)
ORDERS = (
    b'{"code":0,"msg":"","data":{"order":' + _ORDER + b"}}",
    b'{"code":0,"msg":"","debugMsg":"","data":{"orderId":2021000000000000001,"orderID":'
    b'"2021000000000000001","symbol":"BTC-USDT","positionSide":"BOTH","side":"BUY","type":'
    b'"MARKET","price":0,"quantity":0.1,"stopPrice":0,"clientOrderID":"","clientOrderId":"a",'
    b'"timeInForce":"GTC","status":"PENDING","avgPrice":"0.00","executedQty":"0.00"}}',
    b'{"code":101204,"msg":"Insufficient margin","data":{}}',
)
ORDER_LISTS = (b'{"code":0,"msg":"","data":{"orders":[' + _ORDER + b"," + _ORDER + b"]}}",)
OTHER_REPLIES = (
    b'{"code":0,"msg":"","data":[{"positionId":"1","symbol":"LTC-USDT","positionAmt":"0.1",'
    b'"positionSide":"LONG","isolated":false,"avgPrice":"83.53","leverage":6,'
    b'"liquidationPrice":0,"updateTime":1721088016688}]}',
    b'{"code":0,"msg":"","data":[{"asset":"USDT","balance":"300.0000","equity":"300.0000",'
    b'"availableMargin":"300.0000","usedMargin":"0.0000"},{"asset":"USDC","balance":""}]}',
    b'{"code":0,"msg":"","data":{"fill_history_orders":[{"filledTm":"2023-12-16T20:58:36Z",'
    b'"volume":"4.10","price":"3.1088","commission":"-0.0025","orderId":"1736007768311123456",'
    b'"tradeId":"241512","filledTime":"2023-12-16T20:58:36.000+0800","symbol":"WLD-USDT",'
    b'"role":"maker"}],"total":1}}',
    b'{"code":0,"msg":"","data":[{"symbol":"LDO-USDT","incomeType":"FUNDING_FEE",'
    b'"income":"-0.0292","time":1702713615000,"tranId":"17"}]}',
    b'{"code":0,"msg":"","data":[{"symbol":"BTC-USDT","quantityPrecision":4,"pricePrecision":1,'
    b'"feeRate":0.0005,"makerFeeRate":0.0002,"takerFeeRate":0.0005,"tradeMinQuantity":0.0001,'
    b'"tradeMinUSDT":2,"apiStateOpen":"true"}]}',
    b'{"code":0,"msg":"","data":{"dualSidePosition":"true"}}',
    b'{"code":0,"msg":"","data":{"leverage":8,"symbol":"ETH-USDT"}}',
    b'{"code":0,"msg":"","data":{"serverTime":1675319535362}}',
)
